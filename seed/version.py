"""The generator's version: one of the five things that give a world."""

VERSION = "20"
