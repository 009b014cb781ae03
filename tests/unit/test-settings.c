/* test-settings - lib/sys/settings.c */
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "sys/settings.h"

static void
test_taken(void **state)
{
	static const char *const names[] = { "ONE", "TWO", "THREE", "FOUR" };
	struct settings s;
	char *folder = folder_make();

	file_put(in(folder, "ONE"), OCTETS("first\nsecond\n"));
	file_put(in(folder, "TWO"), OCTETS("no end"));
	file_put(in(folder, "THREE"), OCTETS(""));
	assert_int_equal(setenv("CORREO_ENV", folder, 1), 0);
	assert_int_equal(setenv("ONE", "the caller's", 1), 0);
	assert_int_equal(setenv("THREE", "the caller's", 1), 0);
	assert_int_equal(setenv("FOUR", "the caller's", 1), 0);
	assert_int_equal(setenv("FIVE", "not asked for", 1), 0);
	assert_int_equal(settings_take(&s, names, LENGTH(names)), 0);
	assert_string_equal(getenv("ONE"), "first");
	assert_string_equal(getenv("TWO"), "no end");
	assert_null(getenv("THREE"));
	assert_null(getenv("FOUR"));
	assert_string_equal(getenv("FIVE"), "not asked for");
	assert_string_equal(s.folder, folder);
	assert_true(s.self[0] == '/' && access(s.self, X_OK) == 0);
	folder_remove(folder);
}

static void
test_none(void **state)
{
	static const char *const names[] = { "ONE" };
	struct settings s;

	assert_int_equal(setenv("CORREO_ENV", "/nonexistent", 1), 0);
	assert_int_equal(setenv("ONE", "1", 1), 0);
	CHECK_FAILS(settings_take(&s, names, 1), ENOENT);
	assert_string_equal(s.folder, "/nonexistent");
	assert_string_equal(getenv("ONE"), "1");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
