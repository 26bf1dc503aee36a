"""The index on a Milvus cluster: many machines that search, any number that answer."""
