"""Direct registration: a picture is laid on another by their grey values, to a few hundredths of a pixel."""
