# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""The metadata of our files: the type of each entry that our programs read."""

from collections.abc import Callable, Mapping
from typing import Any

from pianomime_core.errors import UserError

MAX_NAME = 100
MAX_TITLE = 1000
_SHOWN = 60


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_NAME and value.isprintable()


def _is_title(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TITLE


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _is_number(value: Any) -> bool:
    return _is_count(value) or isinstance(value, float)


def _are_numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_number(each) for each in value.values())


def _are_counts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_count, value))


def _are_titles(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_title, value))


_NAME = (_is_name, f"a name of at most {MAX_NAME} printable letters")
_TITLE = (_is_title, f"a text of at most {MAX_TITLE} letters")
_FLAG = (lambda value: isinstance(value, bool), "true or false")
_COUNT = (_is_count, "a whole number from 0")
_NUMBERS = (_are_numbers, "numbers by name")
_TYPES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "controller": _NAME,
    "variant": _NAME,
    **dict.fromkeys(("setting", "notes_sha256"), _NAME),
    "title": _TITLE,
    **dict.fromkeys(("hand_collisions", "gravity_compensation", "resting_keys_sleep"), _FLAG),
    **dict.fromkeys(("effort", "seed", "decided_steps", "simulated_steps"), _COUNT),
    **dict.fromkeys(("scores", "planner_scores", "refined_scores", "packed_scores", "quality"), _NUMBERS),
    "missed_steps": (_are_counts, "a list of whole numbers"),
    "warnings": (_are_titles, "a list of texts"),
}


def require_types(kind: str, metadata: Mapping[str, Any]) -> None:
    """Refuse metadata in which a known entry is of another type; unknown ones may be anything.

    Raises:
        UserError: The message names the first such entry.
    """
    for name, value in metadata.items():
        is_right, wanted = _TYPES.get(name, (None, ""))
        if is_right is not None and not is_right(value):
            raise UserError(f"{kind} has bad metadata: {name} is {_short(value)}, must be {wanted}")


def scores_in(kind: str, metadata: Mapping[str, Any], name: str) -> dict[str, float]:
    """Return the scores that metadata of the right types hold under a name.

    Raises:
        UserError: There are none, or frame F1 or onset F1 is missing.
    """
    scores: dict[str, float] = metadata.get(name, {})
    if not {"f1", "onset_f1"} <= scores.keys():
        raise UserError(f"{kind} has no {name}: want f1 and onset_f1 among them")
    return scores


def _short(value: Any) -> str:
    # Lists and objects by their type: they may be nested too deeply for repr.
    if isinstance(value, (list, dict)):
        return f"a {type(value).__name__}"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
