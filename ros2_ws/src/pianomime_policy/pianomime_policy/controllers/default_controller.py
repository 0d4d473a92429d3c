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

"""The default controller. Uses the standard library alone, since launch files and options import it too."""

DEFAULT_CONTROLLER = "onnx"
WITHOUT_MODEL = "streaming"
"""Its teacher, for a node without a model, which cannot know where the bundled networks are."""


def default_controller(model: str) -> str:
    """Return the default for a node with the model folder `model`, which may be empty."""
    return DEFAULT_CONTROLLER if model else WITHOUT_MODEL
