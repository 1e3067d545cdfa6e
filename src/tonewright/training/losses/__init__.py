"""What training minimises, each with its exact gradient."""
