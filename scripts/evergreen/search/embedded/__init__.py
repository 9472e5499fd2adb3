"""A PubMed of one's own on loopback: a store of real records' facts behind the E-utilities' protocol.

It answers esearch, efetch, esummary, epost, elink and einfo as PubMed does as far as a review needs it, including the
ceilings, warnings and errors that lose records, so that a search runs without a network and its failures can be tested.
It holds the facts of few records and their abstracts not at all: what a query finds here says nothing about PubMed.
"""

BUILD = "Embedded"
"""How the name of its build begins, by which it is told from PubMed."""
