"""OpenAPI documents in, typed SDKs out."""
