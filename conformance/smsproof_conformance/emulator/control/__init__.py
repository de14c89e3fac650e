"""The other side of the counter: the control API, and the page that shows what happened."""
