"""The cases: one folder a vendor, one module a section of the requirements.

A module builds one `section`; `smsproof_conformance.case.cases` finds it. A third vendor is one more folder.
"""
