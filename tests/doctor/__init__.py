"""The doctor and the deployment of a render, with the local stack in the role of the cloud."""
