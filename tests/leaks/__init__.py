"""Data projects that leak, and odd ones that do not: one module a class, all of them in `corpus`.

Each `Variant` is written into the `tinybird/` of a rendered product_analytics project.
"""
