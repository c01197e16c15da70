"""The API for programs, `/api/v1`: the only door to FastAPI. Nothing here is imported before somebody asks for it."""
