"""Hi-SAM (arXiv 2401.17904): strokes, words, lines and paragraphs of a picture, on SAM and on SAM2Text."""
