"""The front doors: the page in the browser and the command line."""
