"""The forensic mark: how it is put into the segments, and how it is read out of a leaked recording.

`pattern` makes it, for the encoder. The rest is the detector, for `i2v trace`; the render process never imports it.
`docs/watermark.md` says what it can do and what it cannot.
"""
