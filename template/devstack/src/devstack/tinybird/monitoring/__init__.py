"""What happened in a workspace: the service datasources and the jobs."""
