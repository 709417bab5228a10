"""What the OpenAPI document says of the product's routes, whichever framework writes it."""
