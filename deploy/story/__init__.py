"""The story of the site from the field to a paid order, played over HTTP as people's browsers would.

`make demo` plays it against a running site, and the tests play the same steps against one of their own.
"""
