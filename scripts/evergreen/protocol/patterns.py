"""What names, days and addresses look like, for those too who know no protocol."""

ID = "^[A-Za-z][A-Za-z0-9_]*$"
ENDPOINT = r"^(embedded|live|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/.*)?)$"
