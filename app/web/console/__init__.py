"""The console: pages for whoever holds the operator's token. A new page = one file.

Each module declares one `PAGE` (see `app/web/console_page.py`): its place in the menu, what it
shows and what can be done there. It asks the rooms below, and never their tables.
"""
