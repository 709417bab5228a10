"""Updates of a project from every recorded release to the working tree, by the real `copier`."""
