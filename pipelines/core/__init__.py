"""The nouns that every room shares.

Here: identifiers, periods, version numbers, paths, durable file writes, the error tree, findings, the message
catalogue, check digits, detectors of personal data, and the frozen records that stages hand to each other.

Not here: anything that knows a dataset's descriptor, reads a delivery, or imports from another room.
"""
