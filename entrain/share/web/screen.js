const $ = (id) => document.getElementById(id);
const STALE_MS = 3000, PING_MS = 1000, AGAIN_MS = 1000, OVER = 4410, WRONG_TOKEN = 4401;
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

// The token leaves the address at once; a reload of this very tab still knows it.
let token = location.hash.slice(1);
try {
  if (token) sessionStorage.setItem("token", token); else token = sessionStorage.getItem("token") || "";
} catch { /* no storage here: a reload needs the link again */ }
history.replaceState(null, "", location.pathname);

let socket = null, picture = null, role = null, heard = -Infinity, refused = false, over = false;
let pings = [], offset = null, points = [], look = null, said = "";

// Session time of now: by the quickest answer of the last eight to "what time is it?".
const sessionTime = (now) => (offset === null ? null : now / 1000 + offset);

function connect() {
  socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/ws");
  socket.onopen = () => { pings = []; socket.send(JSON.stringify({ token })); ping(); };
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  socket.onclose = (event) => {
    refused = event.code === WRONG_TOKEN;
    over = event.code === OVER;
    if (!refused && !over) setTimeout(connect, AGAIN_MS);
  };
}

function ping() {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ping: performance.now() }));
}

function hear(message) {
  const now = performance.now();
  if (message.kind === "time") {
    if (message.t_s === null) return;
    const there = now - message.ping;
    pings = [...pings.slice(-7), [there, message.t_s - (message.ping + now) / 2000]];
    offset = pings.reduce((best, each) => (each[0] < best[0] ? each : best))[1];
  } else if (message.kind === "hello") {
    role = message.role;
    pings = [];
    points = message.course || [];
    if (look === null) wear(message.look);
    put("remark", message.remark);
    if (role === "console") lead(message.voices);
    ping();
  } else {
    picture = message;
    heard = now;
    if (role === "console") showConsole();
  }
}

function wear(name) {
  look = PALETTES[name] ? name : "dark";
  document.documentElement.dataset.look = look;
}

function put(id, text) {
  const element = $(id);
  if (element.textContent !== text) element.textContent = text;
}

function draw() {
  requestAnimationFrame(draw);
  const now = performance.now(), fresh = (over || now - heard < STALE_MS) && picture !== null;
  const live = fresh && !over;
  const guided = live && picture.counts && picture.score !== null && offset !== null;
  const pose = Score.poseAt(guided ? picture.score : null, guided ? sessionTime(now) : 0, still.matches);
  drawOrb($("figure"), pose, PALETTES[look || "dark"]);
  const moment = pose.moment;
  put("cue", !fresh ? (picture === null ? WORDS.connecting : "--") : moment ? WORDS[moment.part] : picture.cue);
  $("cue").className = !moment ? "" : moment.part === "in" || moment.part === "hold_in" ? "in" : "out";
  put("count", moment ? `${moment.beat} · ${moment.beats}` : "");
  $("own").hidden = role === "console" || !live || !picture.pulse;
  if (picture && picture.pulse) put("own-pulse", live ? picture.pulse.text : "--");
  if (!live && role === "console") for (const id of ["pulse", "tempo", "rate"]) put(id, "--");
  put("state", refused ? WORDS.wrong_link : !fresh && picture !== null ? WORDS.gone : over || (fresh && picture.ended) ? WORDS.ended : said);
  // For whoever measures how well the figure follows.
  window.shown = { t_s: guided ? sessionTime(now) : null, fullness: pose.fullness, at_ms: now };
}

// ---- the console ----

function send(order) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(order));
}

function lead(voices) {
  document.body.classList.add("leads");
  $("console").hidden = false;
  $("voice").replaceChildren(...voices.map((name) => new Option(name, name)));
}

function showConsole() {
  const p = picture;
  put("title", p.title);
  put("times", [p.left, p.to_go].filter(Boolean).join(" · "));
  put("reason", p.reason);
  $("advice").hidden = p.advice === null;
  $("advice").className = p.advice && p.advice.serious ? "serious" : "";
  put("advice", p.advice ? p.advice.text : "");
  put("pulse", p.pulse.text);
  put("pulse-note", p.pulse.note);
  put("tempo", p.tempo);
  put("tempo-goal", p.tempo_goal);
  put("rate", p.breath);
  put("in-step", p.in_step.text);
  put("sound", `♪ ${p.sound}`);
  put("marks", p.marks);
  $("straps").replaceChildren(...p.straps.map((strap) => {
    const line = document.createElement("li");
    if (!strap.well) line.className = "unwell";
    for (const [name, text] of [["who", strap.who], ["bpm", strap.pulse], ["line", [strap.line, strap.battery].filter(Boolean).join(" · ")]]) {
      const part = document.createElement("span");
      part.className = name;
      part.textContent = text;
      line.append(part);
    }
    return line;
  }));
  const turn = (id, on, doOn, sayOn, doOff, sayOff) => { $(id).dataset.do = on ? doOn : doOff; put(id, on ? sayOn : sayOff); };
  turn("hold", p.holds, "go on", WORDS.go_on, "hold", WORDS.hold);
  $("skip-rest").hidden = !p.rests;
  turn("pause", p.paused, "resume", WORDS.resume, "pause", WORDS.pause);
  turn("mute", p.muted, "unmute", WORDS.unmute, "mute", WORDS.mute);
  if (document.activeElement !== $("volume")) $("volume").value = p.volume;
  if (document.activeElement !== $("voice")) $("voice").value = p.voice;
  $("steering").disabled = p.ended;
  if (p.newest && (points.length === 0 || p.newest[0] > points[points.length - 1][0])) points.push(p.newest);
  drawCourse(p.t_s);
}

function drawCourse(t) {
  const canvas = $("course"), ratio = window.devicePixelRatio || 1, style = getComputedStyle(document.documentElement);
  const width = canvas.width = canvas.clientWidth * ratio, height = canvas.height = canvas.clientHeight * ratio;
  const c = canvas.getContext("2d"), shown = points.filter((each) => each[0] > t - 600);
  const values = shown.flatMap((each) => [each[1], each[2]]).filter((each) => each !== null);
  if (!values.length) return;
  const low = Math.min(...values) - 2, high = Math.max(...values) + 2, from = Math.max(0, Math.min(t - 60, shown[0][0]));
  const left = 34 * ratio, x = (at) => left + (width - left) * (at - from) / (t - from), y = (v) => height - height * (v - low) / (high - low);
  c.font = `${12 * ratio}px system-ui`;
  c.fillStyle = style.getPropertyValue("--quiet");
  c.strokeStyle = style.getPropertyValue("--line");
  for (const v of [Math.ceil(low / 5) * 5, Math.floor(high / 5) * 5]) {
    c.fillText(String(v), 0, y(v) + 4 * ratio);
    c.beginPath(); c.moveTo(left, y(v)); c.lineTo(width, y(v)); c.stroke();
  }
  for (const [column, name] of [[1, "--pulse"], [2, "--tempo"]]) {
    c.strokeStyle = style.getPropertyValue(name);
    c.lineWidth = 2 * ratio;
    c.setLineDash(column === 2 ? [6 * ratio, 4 * ratio] : []);
    c.beginPath();
    let pen = false;
    for (const each of shown) {
      if (each[column] === null) { pen = false; continue; }
      if (pen) c.lineTo(x(each[0]), y(each[column])); else c.moveTo(x(each[0]), y(each[column]));
      pen = true;
    }
    c.stroke();
  }
  c.setLineDash([]);
}

for (const button of document.querySelectorAll("button[data-do]")) button.onclick = () => send({ do: button.dataset.do });
let sure = -Infinity; // when stop was pressed once
$("stop").onclick = () => {
  if (performance.now() - sure < 4000) { send({ do: "stop" }); sure = -Infinity; put("stop", WORDS.stop); return; }
  sure = performance.now();
  put("stop", WORDS.stop_sure);
  setTimeout(() => put("stop", WORDS.stop), 4000);
};
for (const [id, name] of [["tempo-form", "tempo goal"], ["breath-form", "breath goal"]]) {
  $(id).onsubmit = (event) => { event.preventDefault(); send({ do: name, value: event.target.querySelector("input").valueAsNumber }); event.target.reset(); };
}
let noted = null; // when the note was begun: the mark belongs there
$("mark-form").oninput = () => { noted = noted || performance.now(); };
$("mark-form").onsubmit = (event) => {
  event.preventDefault();
  send({ do: "mark", value: event.target.querySelector("input").value, ago_s: noted ? (performance.now() - noted) / 1000 : 0 });
  noted = null;
  event.target.reset();
};
$("volume").oninput = () => send({ do: "volume", value: $("volume").valueAsNumber });
$("voice").onchange = () => { send({ do: "voice", value: $("voice").value }); $("voice").blur(); };
$("look").onclick = () => { const names = Object.keys(PALETTES); wear(names[(names.indexOf(look) + 1) % names.length]); };

// ---- staying awake ----

async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock.request("screen");
    said = "";
  } catch {
    said = WORDS.stays_on;
  }
}
document.addEventListener("visibilitychange", stayAwake);

stayAwake();
setInterval(ping, PING_MS);
connect();
requestAnimationFrame(draw);
