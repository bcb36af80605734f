"""Makes the pictures of a film's frames in docs/pictures/film: python docs/make_film_pictures.py"""

import sys
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from PIL import Image

from entrain.app.film import FilmWish, ready
from entrain.film.frames import Frames

FOLDER: Final = Path(__file__).parent / "pictures" / "film"
AT_S: Final = 31.0
PICTURES: Final = {
    "card": ("landscape", "dark", 5.0),
    "orb": ("orb", "dark", AT_S),
    "petals": ("petals", "dark", AT_S),
    "wave": ("wave", "dark", AT_S),
    "bar": ("bar", "light", AT_S),
    "landscape": ("landscape", "dark", AT_S),
    "ink": ("ink", "light", AT_S),
    "night": ("ink", "night", AT_S),
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, (figure, theme, t_s) in PICTURES.items():
        film = ready(FilmWish(figure=figure, theme=theme, minutes=2, size="720p", seed=3)).film
        image = Image.fromarray(Frames(film).at(round(t_s * film.fps)).rgb())
        image.resize((960, 540), Image.Resampling.LANCZOS).save(FOLDER / f"{name}.jpg", quality=88)
