"""The part of CKAN's action API (version 3) that harvesters and clients use to read a catalog.

A package is a dataset, its name the dataset's identifier. Its resources are the rows of the latest version as CSV,
JSON and Parquet.
"""
