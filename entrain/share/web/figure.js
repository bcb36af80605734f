"use strict";
// The score in its closed form, as entrain/score.py, tempo/plan.py and breath/pattern.py have it, and the orb of
// entrain/drawing/shapes.py. Times are session seconds, phase is in beats.

const Score = {
  phaseAt(score, t) {
    const ramps = score.ramps;
    let i = ramps.length - 1;
    while (i > 0 && t < ramps[i][0]) i--;
    const [start, phase, bpm, toBpm, duration] = ramps[i];
    const x = t - start;
    if (x < 0) return phase + x * bpm / 60;
    if (x >= duration) return phase + duration * (bpm + toBpm) / 120 + (x - duration) * toBpm / 60;
    return phase + x * (bpm / 60 + 0.5 * ((toBpm - bpm) / 60 * x / duration));
  },

  presenceAt(score, t) {
    let value = 0;
    for (let i = 0; i < score.levels.length; i++) {
      const [start, level, duration] = score.levels[i];
      if (t < start) break;
      const end = i + 1 < score.levels.length ? Math.min(t, Math.max(score.levels[i + 1][0], start)) : t;
      value = end - start >= duration ? level : value + (level - value) * (end - start) / duration;
    }
    return value;
  },

  // Where the breath stands: {part, beat, beats, fraction, fullness}, or null where there is none to follow.
  breathAt(score, t) {
    if (!score.runs || t < score.ramps[0][0]) return null;
    const phase = Score.phaseAt(score, t);
    let i = score.runs.length - 1;
    while (i > 0 && phase < score.runs[i][0]) i--;
    const [first, ...parts] = score.runs[i];
    const all = parts.reduce((sum, n) => sum + n, 0);
    let within = Math.max(0, phase - first) % all;
    let part = 0;
    while (part < 3 && within >= parts[part]) within -= parts[part++];
    const beats = parts[part], fraction = Math.min(1, within / beats);
    const ease = 0.5 - 0.5 * Math.cos(Math.PI * fraction);
    const beat = Math.min(beats, Math.floor(within) + 1);
    return { part: ["in", "hold_in", "out", "hold_out"][part], beat, beats, fraction, fullness: [ease, 1, 1 - ease, 0][part] };
  },

  // How the figure stands: {fullness, tide, presence}; it rests where nothing is guided.
  poseAt(score, t, still) {
    const moment = score && Score.breathAt(score, t);
    if (!moment) return { fullness: 0.18, tide: 0.5, presence: 0, moment: null };
    const presence = Score.presenceAt(score, t);
    const u = Math.min(1, moment.fraction / 0.4), turned = u * u * (3 - 2 * u);
    const tide = { in: turned, hold_in: 1, out: 1 - turned, hold_out: 0 }[moment.part];
    if (still) return { fullness: 0.6, tide: moment.part === "in" || moment.part === "hold_in" ? 1 : 0, presence, moment };
    return { fullness: 0.18 + (moment.fullness - 0.18) * presence, tide: 0.5 + (tide - 0.5) * presence, presence, moment };
  },
};

function mixed(a, b, share) {
  const of = (text, i) => parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16);
  return [0, 1, 2].map((i) => Math.round(of(a, i) + (of(b, i) - of(a, i)) * share));
}

function drawOrb(canvas, pose, palette) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const c = canvas.getContext("2d"), half = Math.min(width, height) / 2, x = width / 2, y = height / 2;
  const colour = (stop, alpha = 1) => `rgba(${mixed(palette.out[stop], palette.in[stop], pose.tide).join()},${alpha})`;
  const bright = 0.45 + 0.55 * pose.presence, radius = half * (0.24 + 0.5 * pose.fullness);
  c.clearRect(0, 0, width, height);
  const glow = c.createRadialGradient(x, y, radius * 0.9, x, y, Math.min(half, radius * 1.2 + half * 0.26));
  glow.addColorStop(0, colour(2, 0.55 * bright));
  glow.addColorStop(0.45, colour(1, 0.45 * bright));
  glow.addColorStop(1, colour(1, 0));
  c.fillStyle = glow;
  c.fillRect(0, 0, width, height);
  c.strokeStyle = colour(2, 0.4);
  c.lineWidth = Math.max(1, 1.2 * ratio);
  c.beginPath();
  c.arc(x, y, half * 0.8, 0, 2 * Math.PI);
  c.stroke();
  const body = c.createRadialGradient(x - radius * 0.28, y - radius * 0.28, radius * 0.05, x, y, radius);
  // Lit from above: where the ground is light, the brightest stop is the darkest colour, and light is less of it.
  const onLight = parseInt(palette.in[0].slice(1, 3), 16) > 127;
  (onLight ? [1, 2, 3, 3] : [4, 3, 2, 2]).forEach((stop, i) => body.addColorStop([0, 0.35, 0.85, 1][i], colour(stop)));
  c.globalAlpha = bright;
  c.fillStyle = body;
  c.beginPath();
  c.arc(x, y, radius, 0, 2 * Math.PI);
  c.fill();
  c.globalAlpha = 1;
}
