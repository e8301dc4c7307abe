"""Commands of the command line that are more than a call or two; `bot.__main__` names them all."""
