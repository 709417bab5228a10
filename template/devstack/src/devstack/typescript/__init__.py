"""The endpoints of a data project as TypeScript, for a page that is type-checked."""
