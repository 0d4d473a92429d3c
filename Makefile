# make play [MIDI=song.mid] [SETTING=musical|benchmark] [VIEWER=browser|window|none] [ARGS="..."] | make live [PORT=name] | make test | make test-slow | make lint | make test-reference | make test-colcon | make test-views | make bench | make install | make training | make perceive | make transcribe
PYTHON ?= python3.11
VIEWER ?= browser
SETTING ?= musical
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := $(addprefix ros2_ws/src/pianomime_,core midi description physics sim policy perception) launch
INSTALLED := $(VENV)/.installed
COMPILED := $(VENV)/.compiled
TRAINING := $(VENV)/.training
PERCEPTION := $(VENV)/.perception
TRANSCRIPTION := $(VENV)/.transcription
KERNELS := $(shell grep -rl --include=*.py "^@kernel$$" ros2_ws/src/pianomime_policy/pianomime_policy)
# For sound, without their dependencies: of robopianist only the soundfont is used; tinysoundfont wants PyAudio, which
# compiles against PortAudio, only to play by itself. mediapipe, transkun: see their requirements files.
BARE := robopianist==1.0.10 tinysoundfont==0.3.7
PERCEPTION_BARE := mediapipe==0.10.14
TRANSCRIPTION_BARE := transkun==2.0.1
REFERENCE := .venv-reference
REFERENCE_PACKAGES := $(addprefix ros2_ws/src/pianomime_,core description physics sim)
COLCON := .venv-colcon
LOCKING := .venv-lock
LOCK := $(LOCKING)/bin/uv pip compile --quiet --generate-hashes --no-annotate --no-header --python-version
# Of `make install`, and of Jazzy's and Kilted's Ubuntu.
PYTHON_VERSION := 3.11
ROS_PYTHON_VERSION := 3.12
SETUPS := $(addsuffix /setup.py,$(PACKAGES)) $(addsuffix /setup.cfg,$(PACKAGES))

.PHONY: install training perceive transcribe play live test test-slow test-reference test-colcon test-views lint bench lock clean

install: $(COMPILED)

$(INSTALLED): requirements.lock $(SETUPS)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --use-pep517 $(addprefix --editable ./,$(PACKAGES))
	touch $@

$(COMPILED): $(INSTALLED) $(KERNELS)
	@$(BIN)/python -m pianomime_policy.warm_up $(wildcard launch/models/generalist)
	touch $@

# What `make install`, `make perceive` and README.md's section on ROS install, with the SHA-256 of every file that the
# package index has of each version: to be run when requirements.txt, requirements-perception.txt, requirements-ros.txt,
# constraints.txt, BARE or PERCEPTION_BARE change.
lock:
	test -x $(LOCKING)/bin/uv || ($(PYTHON) -m venv $(LOCKING) && $(LOCKING)/bin/pip install --quiet uv==0.13.9)
	$(LOCK) $(PYTHON_VERSION) --constraint constraints.txt requirements.txt > requirements.lock
	printf "%s\n" $(BARE) | $(LOCK) $(PYTHON_VERSION) --no-deps - >> requirements.lock
	$(LOCK) $(PYTHON_VERSION) --constraint constraints.txt requirements-perception.txt > requirements-perception.lock
	printf "%s\n" $(PERCEPTION_BARE) | $(LOCK) $(PYTHON_VERSION) --no-deps - >> requirements-perception.lock
	$(LOCK) $(ROS_PYTHON_VERSION) --constraint constraints.txt requirements-ros.txt > requirements-ros.lock
	printf "%s\n" $(BARE) | $(LOCK) $(ROS_PYTHON_VERSION) --no-deps - >> requirements-ros.lock

# Torch and what else only training needs: playing does not. Without hashes, as `make transcribe`: torch is built for CPUs
# and for GPUs of several makers under one version, and a build that is chosen by pip's find-links is kept.
training: $(TRAINING)

$(TRAINING): $(INSTALLED) requirements-training.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --requirement requirements-training.txt
	touch $@

# MediaPipe and OpenCV, for `pianomime perceive`.
perceive: $(PERCEPTION)

$(PERCEPTION): $(INSTALLED) requirements-perception.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements-perception.lock
	touch $@

# Torch and the transcriber with its weights, for `pianomime transcribe`.
transcribe: $(TRANSCRIPTION)

$(TRANSCRIPTION): $(INSTALLED) requirements-transcribe.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --requirement requirements-transcribe.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps $(TRANSCRIPTION_BARE)
	touch $@

play: install
	@$(BIN)/pianomime play $(if $(MIDI),"$(MIDI)") --setting $(SETTING) --viewer $(VIEWER) $(ARGS)

# Play along with a MIDI keyboard; Ctrl-C ends with a score.
live: install
	@$(BIN)/pianomime live $(if $(PORT),--port "$(PORT)") --viewer $(VIEWER) $(ARGS)

# What CI runs besides, a quarter of an hour, is `make test-slow`.
test: install training perceive transcribe
	$(BIN)/python -m pytest -m "not slow" $(ARGS)

test-slow: install training perceive transcribe
	$(BIN)/python -m pytest -m slow $(ARGS)

# RoboPianist's own environment, to compare with: 1.2 GB, made once.
$(REFERENCE)/.installed: requirements-reference.txt constraints-reference.txt
	test -x $(REFERENCE)/bin/python || $(PYTHON) -m venv $(REFERENCE)
	$(REFERENCE)/bin/pip install --quiet --disable-pip-version-check --constraint constraints-reference.txt --requirement requirements-reference.txt
	$(REFERENCE)/bin/pip install --quiet --disable-pip-version-check --no-deps robopianist==1.0.10
	$(REFERENCE)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --use-pep517 $(addprefix --editable ./,$(REFERENCE_PACKAGES))
	touch $@

test-reference: $(REFERENCE)/.installed
	$(REFERENCE)/bin/python -m pytest tests/reference $(ARGS)

# The workspace built by colcon, as on a machine with ROS 2.
$(COLCON)/.installed: requirements-colcon.txt
	test -x $(COLCON)/bin/python || $(PYTHON) -m venv $(COLCON)
	$(COLCON)/bin/pip install --quiet --disable-pip-version-check --requirement requirements-colcon.txt
	touch $@

test-colcon: install $(COLCON)/.installed
	$(BIN)/python -m pytest tests/colcon $(ARGS)

# 500 random views of keyboards: none may be wrong and say nothing. Four minutes.
test-views: install perceive
	$(BIN)/python -m benchmarks.keyboard_views --seed 2 $(ARGS)

lint: install training perceive transcribe
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: install
	$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) $(REFERENCE) $(COLCON) $(LOCKING) build install log
