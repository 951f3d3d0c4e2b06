"""Bad and odd inputs, made by code, through library, command line and pages.

Each ends in a result or in the one typed error with a sentence, leaves nothing in the temporary
folder, and takes no more memory than ``conftest.MOST_MEMORY``. A module a kind; what all of them
must keep is in ``conftest``, how they may end in ``outcomes``.
"""
