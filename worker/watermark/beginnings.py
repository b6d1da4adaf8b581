"""Where to begin the search for place and time: the whole frame from the start, or what feature points agree on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from worker.watermark.footage import Recording, StoredVideo
from worker.watermark.placing import Affine

#: Recorded and stored frames that are compared, the points in each, and the best matches of a pair that are kept.
_LEAK_SAMPLES, _STORED_SAMPLES, _POINTS, _MATCHES = 6, 14, 400, 100
#: Matches that must agree on a place. Chance does not bring a dozen together within two pixels.
_AGREEING, _WITHIN = 12, 2.0


def paced(recording: Recording, stored: StoredVideo, offset: int) -> NDArray[np.int64]:
    """The stored frames that are due if the recording begins at frame `offset` and loops."""
    due = np.floor(recording.times * stored.fps + 1e-3).astype(np.int64) + offset
    return np.asarray(due % len(stored.frames), np.int64)


def whole_frame(recording: Recording, stored: StoredVideo) -> Affine:
    """The map of a recording that shows all of the picture."""
    (height, width), (to_height, to_width) = stored.frames[0].shape, recording.frames[0].shape
    x, y = to_width / width, to_height / height
    return np.array([[x, 0, 0.5 * x - 0.5], [0, y, 0.5 * y - 0.5]])


def by_features(recording: Recording, stored: StoredVideo) -> list[tuple[Affine, int]]:
    """The map and the first frame that most matches of feature points (ORB, Rublee 2011) agree on; none if too few do."""
    finder = cv2.ORB.create(nfeatures=_POINTS, fastThreshold=5)
    matcher = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True)
    count, total = len(recording.frames), len(stored.frames)
    leaked = np.unique(np.linspace(0, count - 1, min(count, _LEAK_SAMPLES)).astype(int))
    known = np.unique(np.linspace(0, total - 1, min(total, _STORED_SAMPLES)).astype(int))
    ours = [finder.detectAndCompute(stored.frames[n], None) for n in known]
    theirs = [finder.detectAndCompute(recording.frames[n], None) for n in leaked]
    pairs: dict[tuple[int, int], NDArray[np.float32]] = {}
    for k, (points_k, words_k) in enumerate(theirs):
        for n, (points_n, words_n) in enumerate(ours):
            if words_k is None or words_n is None:
                continue
            found = sorted(matcher.match(words_n, words_k), key=lambda match: match.distance)[:_MATCHES]
            pairs[k, n] = np.array(
                [(*points_n[m.queryIdx].pt, *points_k[m.trainIdx].pt) for m in found], np.float32
            ).reshape(-1, 4)
    best: tuple[int, Affine, int] | None = None
    for offset in range(0, total, max(1, total // (2 * len(known)))):
        due = paced(recording, stored, offset)[leaked]
        chosen = [pairs.get((k, int(np.abs(known - frame).argmin()))) for k, frame in enumerate(due)]
        points = np.concatenate([part for part in chosen if part is not None] or [np.empty((0, 4), np.float32)])
        if len(points) < _AGREEING:
            continue
        place, inliers = cv2.estimateAffinePartial2D(
            np.ascontiguousarray(points[:, :2]),
            np.ascontiguousarray(points[:, 2:]),
            method=cv2.RANSAC,
            ransacReprojThreshold=_WITHIN,
            maxIters=300,
        )
        agreeing = 0 if place is None else int(inliers.sum())
        if agreeing >= _AGREEING and (best is None or agreeing > best[0]):
            best = agreeing, np.asarray(place, np.float64), offset
    return [best[1:]] if best else []
