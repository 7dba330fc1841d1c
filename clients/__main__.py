"""`python -m clients` writes both."""

from clients import javascript_code, python_code

for language in (python_code, javascript_code):
    language.FILE.write_text(language.code())
