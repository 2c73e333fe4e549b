"""drawn_digits.py FOLDER: ten digits drawn by Pillow, as nobody of MNIST would have written them: in fonts, sizes and
colours of their own, dark on light, as PNG and JPEG."""
import pathlib
import sys

from PIL import Image, ImageDraw, ImageFont

FONTS = "/usr/share/fonts/truetype/dejavu/"
DRAWN = [  # size of the picture, font, paper, ink, turn in degrees, format
    ((120, 120), "DejaVuSans.ttf", "white", "black", 0, "png"),
    ((64, 96), "DejaVuSans.ttf", "#fffbe6", "#20307a", 5, "png"),
    ((300, 300), "DejaVuSerif.ttf", "white", "#8b1a1a", -8, "jpg"),
    ((200, 160), "DejaVuSans-Bold.ttf", "#eeeeee", "#333333", 0, "png"),
    ((90, 90), "DejaVuSans.ttf", "#d9f2d9", "#0b3d0b", 10, "jpg"),
    ((500, 500), "DejaVuSerif-Bold.ttf", "white", "#111166", 0, "png"),
    ((40, 40), "DejaVuSans-Bold.ttf", "white", "black", -5, "png"),
    ((150, 220), "DejaVuSans.ttf", "#fdf0f0", "#551111", 0, "jpg"),
    ((256, 256), "DejaVuSansMono.ttf", None, "black", 0, "png"),  # on nothing: transparent
    ((100, 80), "DejaVuSerif.ttf", "white", "#444400", 6, "png"),
]

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for digit, (size, font, paper, ink, turn, kind) in enumerate(DRAWN):
    side = min(size)
    image = Image.new("RGBA", size, paper or (0, 0, 0, 0))
    layer = Image.new("RGBA", size, (0, 0, 0, 0))
    letters = ImageFont.truetype(FONTS + font, int(side * 0.8))
    ImageDraw.Draw(layer).text((size[0] / 2, size[1] / 2), str(digit), fill=ink, font=letters, anchor="mm")
    image.alpha_composite(layer.rotate(turn, resample=Image.BICUBIC))
    path = folder / f"{digit}.{kind}"
    image.convert("RGB").save(path, quality=90) if kind == "jpg" else image.save(path)
