/* cm_test: what every unit test includes, in the order that cmocka wants. */
#ifndef CM_TEST_H
#define CM_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
