/* NEON intrinsics on x86: SIMDe stands for the real header. */
#pragma once
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/arm/neon.h>
