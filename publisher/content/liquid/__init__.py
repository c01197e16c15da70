"""The door to python-liquid: what a Jekyll or Eleventy post's templates give."""
