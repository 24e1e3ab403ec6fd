# The two commands of a newcomer are `make demo` and `make test`; `make check` is what has to pass before a change.

SWIFT   ?= swift
PREFIX  ?= /usr/local
DESTDIR ?=

# An import that Package.swift does not declare is an error: this is what keeps the arrows between the layers.
ARROWS  := --explicit-target-dependency-import-check error
RELEASE := -c release --static-swift-stdlib
SOURCES := Package.swift Sources Tests
BINARY  := .build/release/pixelater
# What AWS Lambda is given.
LAMBDA  := .build/lambda/pixelater-lambda.zip

# Debian packages that the build needs. What tells that one is there: a header (package:header), a Python module
# (package=module), or else a command of the package's name.
DEVELOPMENT := libncurses-dev:curses.h libpng-dev:png.h libisal-dev:isa-l.h libjpeg-dev:jpeglib.h \
  libcurl4-openssl-dev:curl/curl.h libexpat1-dev:expat.h
# The tests drive the console in a terminal of their own, make certificates, and install servers that come with Python.
TESTING     := tmux openssl python3-venv=ensurepip
# The function's zip.
PACKING     := zip binutils:../bin/strip

# The S3 servers that the tests run against; the stamp is newer than the list of what was installed.
ENGINES     := .build/engines
ENGINE_LIST := Tests/TestServers/requirements.txt
ENGINE_STAMP := $(ENGINES)/installed

# A crash must end the process, not wait for a debugger.
export SWIFT_BACKTRACE ?= enable=no

.PHONY: help demo test test-release check build lambda install uninstall format lint lint-template clean packages \
  test-packages lambda-packages engines

help:
	@echo 'make demo      build, make a workspace with pictures, open the console on it'
	@echo 'make test      build and run every test'
	@echo 'make check     lint, build and test, also the release binary: what has to pass before a change'
	@echo 'make build     the release binary, in $(BINARY)'
	@echo 'make lambda    the zip for AWS Lambda, in $(LAMBDA); see deploy/README.md'
	@echo 'make install   binary, manual page, themes and completions under PREFIX ($(PREFIX))'
	@echo 'make engines   install the S3 servers that the tests run against, in $(ENGINES)'
	@echo 'make format    put the sources into their form'
	@echo 'make lint      say what is not in its form; lint-template: what is wrong with deploy/template.yaml'
	@echo 'make clean     remove what was built'

demo: build
	@$(BINARY) demo

# Those that drive programs come last and by themselves: they wait for them, and others would wait with them.
test: packages test-packages engines
	$(SWIFT) test --disable-xctest $(ARROWS) --skip 'EndToEndTests|TerminalTests'
	$(SWIFT) test --disable-xctest $(ARROWS) --filter 'EndToEndTests|TerminalTests'

check: lint lint-template build test test-release

# The optimiser may do what the tests' own build does not show: the built programs once more, as they are installed.
test-release: build lambda test-packages engines
	PIXELATER_LAMBDA_ZIP='$(CURDIR)/$(LAMBDA)' PIXELATER_TESTED='$(CURDIR)/$(BINARY)' $(SWIFT) test --disable-xctest $(ARROWS) --filter EndToEndTests

build: packages
	$(SWIFT) build $(RELEASE) $(ARROWS) --product pixelater

# With CODE_BUCKET it is put there too, under a name that tells its content: a function is updated where its key is new.
lambda: packages lambda-packages
	$(SWIFT) build $(RELEASE) $(ARROWS) --product bootstrap
	@deploy/package.sh .build/release/bootstrap '$(LAMBDA)'
	@ls -l '$(LAMBDA)'
ifdef CODE_BUCKET
	@key="pixelater-$$(sha256sum '$(LAMBDA)' | cut -c 1-16).zip" && \
	  aws s3 cp '$(LAMBDA)' "s3://$(CODE_BUCKET)/$$key" && \
	  echo "deploy it with CodeBucketName=$(CODE_BUCKET) CodeKey=$$key"
endif

install: build
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/pixelater/themes' \
	  '$(DESTDIR)$(PREFIX)/share/man/man1' \
	  '$(DESTDIR)$(PREFIX)/share/bash-completion/completions' \
	  '$(DESTDIR)$(PREFIX)/share/zsh/site-functions' '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d'
	install -m 755 '$(BINARY)' '$(DESTDIR)$(PREFIX)/bin/pixelater'
	install -m 644 themes/*.toml '$(DESTDIR)$(PREFIX)/share/pixelater/themes/'
	'$(BINARY)' manual > '$(DESTDIR)$(PREFIX)/share/man/man1/pixelater.1'
	'$(BINARY)' --generate-completion-script bash > '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/pixelater'
	'$(BINARY)' --generate-completion-script zsh > '$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_pixelater'
	'$(BINARY)' --generate-completion-script fish > '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/pixelater.fish'

uninstall:
	rm -rf '$(DESTDIR)$(PREFIX)/share/pixelater'
	rm -f '$(DESTDIR)$(PREFIX)/bin/pixelater' '$(DESTDIR)$(PREFIX)/share/man/man1/pixelater.1' \
	  '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/pixelater' \
	  '$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_pixelater' \
	  '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/pixelater.fish'

format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

lint:
	$(SWIFT) format lint --strict --recursive $(SOURCES)

lint-template: engines
	@$(if $(PIXELATER_ENGINES),$(PIXELATER_ENGINES),$(ENGINES)/bin)/cfn-lint deploy/template.yaml

clean:
	rm -rf .build

# What is missing is named, with its reason, before it is installed; on a machine without apt it is only named.
define install-missing
	@missing=; \
	for entry in $(1); do \
	  package=$${entry%%[:=]*}; header=$${entry#*:}; module=$${entry#*=}; \
	  if [ "$$entry" = "$$package" ]; then command -v "$$package" >/dev/null 2>&1 && continue; \
	  elif [ "$$entry" != "$$module" ]; then python3 -c "import $$module" >/dev/null 2>&1 && continue; \
	  else for folder in /usr/include /usr/include/* /usr/local/include /opt/homebrew/include; do \
	    [ -e "$$folder/$$header" ] && continue 2; done; fi; \
	  missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	echo "$(2):$$missing"; \
	if ! command -v apt-get >/dev/null 2>&1; then echo "install what these Debian packages hold, then try again" >&2; exit 1; fi; \
	as=; if [ "$$(id -u)" != 0 ]; then as=sudo; \
	  command -v sudo >/dev/null 2>&1 || { echo "run as root: apt-get install$$missing" >&2; exit 1; }; fi; \
	$$as apt-get install -y --no-install-recommends $$missing </dev/null >/dev/null 2>&1 || { \
	  $$as apt-get update </dev/null && \
	  $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing </dev/null; }
endef

packages:
	$(call install-missing,$(DEVELOPMENT),installing the headers that the build needs (terminal, PNG, JPEG, HTTP and XML))

test-packages:
	$(call install-missing,$(TESTING),installing what the tests run in)

lambda-packages:
	$(call install-missing,$(PACKING),installing what packs the zip)

# Installed once: again only when the list changes. Not at all where they are elsewhere, or not wanted (never so in CI).
ifeq ($(PIXELATER_ENGINES)$(if $(CI),,$(filter 1,$(PIXELATER_SKIP_ENGINES))),)
engines: $(ENGINE_STAMP)
endif

$(ENGINE_STAMP): $(ENGINE_LIST) | test-packages
	@echo 'installing the S3 servers that the tests run against in $(ENGINES)'
	@python3 -m venv --clear '$(ENGINES)'
	@'$(ENGINES)/bin/python' -m pip install --quiet --disable-pip-version-check --no-deps --requirement '$(ENGINE_LIST)'
	@touch '$@'
