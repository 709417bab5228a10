"""Two hundred sessions read and write while the services behind the app are killed and changed."""
