"""What a text says in each encoding: the evidence that its letters give, in bits.

A codec of one byte per character decodes any file, so that it decodes says nothing. What does is whether the letters
that come out are those of a language, beside the letters that they stand beside in it. Here that is counted, for all
the file's words with such letters, in every encoding that decodes them. Nothing in this room opens a table.
"""

from pipelines.ingest.proof.judgement import EAST_ASIAN, MARGIN, SINGLE_BYTE, Judgement, Reading, contradiction, judge

__all__ = ["EAST_ASIAN", "MARGIN", "SINGLE_BYTE", "Judgement", "Reading", "contradiction", "judge"]
