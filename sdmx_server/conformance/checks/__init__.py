"""What is asked of a service, one module an area."""
