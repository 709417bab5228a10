"""The workspaces of the server: what is read, stored and copied in each."""
