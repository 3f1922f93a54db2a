# make            everything           make SANITIZE=1  with ASan and UBSan, in build-san/
# make unit       the unit tests       make install DESTDIR= PREFIX=
# make check-unit runs them            WERROR=1         warnings are errors
# make fuzz       the fuzz targets, with clang, in build-fuzz/
# make bench      what scripts/bench needs

CC ?= cc
PREFIX ?= /usr/local
BUILD ?= $(if $(SANITIZE),build-san,build)
PKG_CONFIG ?= pkg-config
LIBS := json-c libpq libcrypto libidn2 libpsl

WARNINGS := -Wall -Wextra -Wformat=2 -Wconversion -Wimplicit-fallthrough -Wshadow -Wvla -Wstrict-prototypes \
	-Wmissing-prototypes -Werror=format-security -Werror=implicit -Werror=incompatible-pointer-types -Werror=int-conversion
probe = $(shell echo 'int main(void){return 0;}' | $(CC) -Werror $(1) -x c -o /dev/null - 2>/dev/null && echo '$(1)')
HARDENING := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE -fno-delete-null-pointer-checks \
	-fno-strict-overflow -fno-strict-aliasing $(call probe,-fstack-clash-protection) $(call probe,-fcf-protection=full) \
	$(call probe,-ftrivial-auto-var-init=zero) $(call probe,-fstrict-flex-arrays=3) $(call probe,-fzero-init-padding-bits=all)
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -fPIE

CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE -iquote core -iquote cgi -iquote tools -iquote $(BUILD)/gen $(WARNINGS) $(if $(WERROR),-Werror) $(if $(NO_TENANT),-DMUSTER_NO_TENANT) \
	$(if $(FUZZ),-O1 -g -fsanitize=fuzzer-no-link $(SANITIZERS),$(if $(SANITIZE),-O1 -g $(SANITIZERS),$(HARDENING) $(CFLAGS))) $(shell $(PKG_CONFIG) --cflags $(LIBS))
# How deep the analyzer looks into each function: half a second for a file; clang's default, 225000, takes three times
# as long.
TIDY_NODES ?= 75000
TIDY_FLAGS := -std=c11 -D_GNU_SOURCE -iquote core -iquote cgi -iquote tools -iquote $(BUILD)/gen -DTEST_DATA='"test/data"' \
	$(shell $(PKG_CONFIG) --cflags $(LIBS)) -Xclang -analyzer-config -Xclang max-nodes=$(TIDY_NODES)
ALL_LDFLAGS := -pie $(if $(SANITIZE)$(FUZZ),$(SANITIZERS),-Wl,-z,noexecstack,-z,relro,-z,now) -Wl,--as-needed $(LDFLAGS)
LDLIBS := $(shell $(PKG_CONFIG) --libs $(LIBS)) -lunistring -lm

CORE := $(sort $(wildcard core/*/*.c))
SERVER := $(sort $(wildcard cgi/server/*.c))
SCIM := $(sort $(wildcard cgi/scim/*.c))
ADMIN := $(sort $(wildcard cgi/admin/*.c))
TOOL := $(sort $(wildcard tools/muster/*.c))
DELIVER := $(sort $(wildcard tools/deliver/*.c))
UNIT := $(sort $(wildcard test/unit/test_*.c))
GENERATED := $(BUILD)/gen/sql_table.c $(BUILD)/gen/sql_statements.c $(BUILD)/gen/schema_table.c
OPENAPI := $(BUILD)/gen/openapi_json.h
PORTAL := $(BUILD)/gen/portal.h
LIB_OBJECTS := $(CORE:%.c=$(BUILD)/%.o) $(GENERATED:.c=.o)
PROGRAMS := $(BUILD)/muster-scim.fcgi $(BUILD)/muster-admin.fcgi $(BUILD)/muster $(BUILD)/muster-deliver
UNIT_PROGRAMS := $(UNIT:test/unit/%.c=$(BUILD)/unit/%)
UNIT_TOOLS := $(patsubst test/unit/%.c,$(BUILD)/unit/%,$(filter-out $(UNIT),$(wildcard test/unit/*.c)))
BENCH_PROGRAMS := $(patsubst test/bench/%.c,$(BUILD)/bench/%,$(wildcard test/bench/*.c))
FUZZ_PROGRAMS := $(patsubst test/fuzz/fuzz_%.c,$(BUILD)/fuzz/%,$(wildcard test/fuzz/fuzz_*.c))
C_FILES := $(wildcard core/*/*.c cgi/*/*.c tools/*/*.c test/unit/*.c test/fuzz/*.c test/bench/*.c)
H_FILES := $(wildcard core/*/*.h cgi/*/*.h tools/*/*.h test/unit/*.h test/fuzz/*.h)

all: $(PROGRAMS)
lib: $(BUILD)/libmuster.a
unit: $(UNIT_PROGRAMS) $(UNIT_TOOLS)
bench: $(BENCH_PROGRAMS)

$(BUILD)/libmuster.a: $(LIB_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

# The program that faces the internet contains nothing of the admin API.
$(BUILD)/muster-scim.fcgi: $(SCIM:%.c=$(BUILD)/%.o)
$(BUILD)/muster-admin.fcgi: $(ADMIN:%.c=$(BUILD)/%.o)
$(BUILD)/muster-%.fcgi: $(SERVER:%.c=$(BUILD)/%.o) $(BUILD)/libmuster.a
	@echo ld $@; $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lfcgi $(LDLIBS)

$(BUILD)/muster: $(TOOL:%.c=$(BUILD)/%.o) $(BUILD)/libmuster.a
	@echo ld $@; $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/muster-deliver: $(DELIVER:%.c=$(BUILD)/%.o) $(BUILD)/libmuster.a
	@echo ld $@; $(CC) $(ALL_LDFLAGS) -o $@ $^ -lcurl -lcares $(LDLIBS)

$(BUILD)/unit/%: $(BUILD)/test/unit/%.o $(BUILD)/libmuster.a
	@mkdir -p $(@D)
	@echo ld $@; $(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(BUILD)/bench/%: $(BUILD)/test/bench/%.o
	@mkdir -p $(@D)
	@echo ld $@; $(CC) $(ALL_LDFLAGS) $(AS_LINKED) -o $@ $^ -lfcgi $(LDLIBS)

# With every library of the responder, whether it uses it or not.
# As muster-scim.fcgi is linked, whether it needs them or not.
$(BUILD)/bench/floor: AS_LINKED := -Wl,--no-as-needed
$(BUILD)/bench/floor: LDLIBS := $(filter-out -lidn2 -lpsl,$(LDLIBS))

# Besides the library, the parts of cgi/ that read requests.
$(BUILD)/fuzz/%: $(BUILD)/test/fuzz/fuzz_%.o $(BUILD)/test/fuzz/fuzz.o $(BUILD)/cgi/server/request.o $(BUILD)/cgi/server/client_address.o $(BUILD)/libmuster.a
	@mkdir -p $(@D)
	@echo ld $@; $(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

$(BUILD)/test/unit/%.o: ALL_CFLAGS += -DTEST_DATA='"test/data"'

$(BUILD)/cgi/admin/open_routes.o: $(OPENAPI)
$(BUILD)/cgi/admin/portal_page.o $(BUILD)/cgi/admin/portal_brand.o: $(PORTAL)

$(BUILD)/%.o: %.c | $(BUILD)/gen/sql.stamp
	@mkdir -p $(@D)
	@echo cc $<; $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c | $(BUILD)/gen/sql.stamp
	@echo cc $<; $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The directories are prerequisites, so that removed statements are noticed.
SQL := $(wildcard sql/queries sql/queries/* sql/queries/*/*.sql sql/schema/*.sql sql/functions sql/functions/*.sql)

# Unchanged files keep their time, so that files which include them are not compiled again.
$(BUILD)/gen/sql.stamp: $(SQL) scripts/gen-sql scripts/statements.awk
	scripts/gen-sql statements $(@D) sql/queries sql/schema sql/functions
	touch $@
$(BUILD)/gen/sql_statements.c $(BUILD)/gen/sql_names.h: $(BUILD)/gen/sql.stamp
	@:
$(BUILD)/gen/sql/%.h: $(BUILD)/gen/sql.stamp
	@:

$(BUILD)/gen/sql_table.c: $(SQL) scripts/gen-sql
	@mkdir -p $(@D)
	scripts/gen-sql table $(@D) sql/queries sql/schema sql/functions > $@.tmp
	mv $@.tmp $@

# What reads schemas, without any: it makes the tables of the built-in ones.
$(BUILD)/schema_table: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tools/generate/*.c core/base/*.c) core/protocol/schema.c core/protocol/schema_load.c)
	@echo ld $@; $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/gen/schema_table.c: core/protocol/schemas.json $(BUILD)/schema_table
	@mkdir -p $(@D)
	$(BUILD)/schema_table < $< > $@.tmp
	mv $@.tmp $@

# The description of the admin API, from the repository's one copy.
$(OPENAPI): doc/openapi.json
	@mkdir -p $(@D)
	{ echo 'static const char openapi_json[] = {'; od -An -v -tu1 $< | sed 's/\([0-9]\{1,\}\)/\1,/g'; echo '0};'; } > $@.tmp
	mv $@.tmp $@

# The portal's page, and the files that it loads in $(BUILD)/portal. The directories are prerequisites, so that removed files are noticed.
$(PORTAL): $(shell find cgi/portal) scripts/portal core/base/version.h
	scripts/portal $(BUILD)

# The same responder with statements that do not name their tenant, to test row-level security alone.
no-tenant:
	NO_TENANT=1 $(MAKE) NO_TENANT=1 BUILD=build-rls all

fuzz:
	$(MAKE) FUZZ=1 CC=clang BUILD=build-fuzz fuzz-programs
fuzz-programs: $(FUZZ_PROGRAMS)

check-unit: unit
	@for t in $(UNIT_PROGRAMS); do $$t || exit 1; done

check-sql:
	scripts/check-sql

# build-tidy/ has a stamp for each file that had no complaint. It depends on the files that it includes, so only changes
# are checked; without that directory everything is checked.
tidy: $(C_FILES:%.c=build-tidy/%.ok)

build-tidy/%.ok: %.c .clang-tidy | $(BUILD)/gen/sql.stamp $(OPENAPI) $(PORTAL)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -DTEST_DATA='""' -MM -MP -MT $@ -MF $(@:.ok=.d) $<
	@echo tidy $<; found=$$(clang-tidy --quiet $< -- $(TIDY_FLAGS) 2>&1) || { echo "$$found"; exit 1; }
	@touch $@

format:
	clang-format -i $(C_FILES) $(H_FILES)

# Lines of Markdown have 100 columns; tables and indented code may be longer.
format-check:
	clang-format --dry-run -Werror $(C_FILES) $(H_FILES)
	@! LC_ALL=C.UTF-8 grep -nP '^(?!\||    ).{101,}' *.md doc/*.md sql/*.md test/*.md || { echo 'Markdown: 100 columns'; exit 1; }

# Checks that rooms include only lower ones, that SQL, HTTP and terminals stay in their rooms, the names of functions, the heads of
# files, and that no file has more than 400 lines.
layers:
	scripts/check-layers
	scripts/check-names
	scripts/check-sizes

install: all
	install -d $(DESTDIR)$(PREFIX)/lib/muster $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/muster
	install -m 755 $(PROGRAMS:$(BUILD)/muster=) $(DESTDIR)$(PREFIX)/lib/muster/
	install -m 755 $(BUILD)/muster $(DESTDIR)$(PREFIX)/bin/
	install -d $(DESTDIR)$(PREFIX)/share/muster/portal
	cp -R $(BUILD)/portal/. $(DESTDIR)$(PREFIX)/share/muster/portal/
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 644 tools/muster/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/muster
	install -m 644 README.md CHANGELOG.md LICENSE $(wildcard *-example.conf doc/*.md) $(DESTDIR)$(PREFIX)/share/doc/muster/
	for n in 1 8; do for f in doc/man/*.$$n; do [ -e "$$f" ] || continue; \
		install -d $(DESTDIR)$(PREFIX)/share/man/man$$n; install -m 644 $$f $(DESTDIR)$(PREFIX)/share/man/man$$n/; done; done

clean:
	rm -rf build build-san build-clang build-rls build-fuzz build-tidy

.PHONY: all lib unit bench fuzz fuzz-programs check-unit check-sql tidy format format-check layers no-tenant install clean
.SECONDARY:
-include $(shell find $(BUILD) build-tidy -name '*.d' 2>/dev/null)
