import type { NeonPlan } from '../contract.js';
import { CPUS } from '../cpus.js';
import type { WeightFiles } from './weight-files.js';

/** Builds a static library, and the self-test where its file is there. */
export function cmakeFile({ prefix, cpu, threads }: NeonPlan, { how }: WeightFiles): string {
  const sources = [`${prefix}.c`, `${prefix}_kernels.c`, ...(how === 'array' ? [`${prefix}_weights.c`] : [])];
  return `cmake_minimum_required(VERSION 3.13)
project(${prefix} C)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
add_library(${prefix} STATIC ${sources.join(' ')})
set_property(TARGET ${prefix} PROPERTY C_STANDARD 11)
target_include_directories(${prefix} PUBLIC \${CMAKE_CURRENT_SOURCE_DIR})
target_compile_options(${prefix} PRIVATE -O2 -Wall -Wextra ${CPUS[cpu]})
target_link_libraries(${prefix} PUBLIC m)
${threads === 1 ? '' : `option(${prefix.toUpperCase()}_NO_THREADS "All parts in the caller's thread" OFF)
if(${prefix.toUpperCase()}_NO_THREADS)
  target_compile_definitions(${prefix} PRIVATE ${prefix.toUpperCase()}_NO_THREADS)
else()
  find_package(Threads REQUIRED)
  target_link_libraries(${prefix} PUBLIC Threads::Threads)
endif()
`}if(EXISTS \${CMAKE_CURRENT_SOURCE_DIR}/${prefix}_selftest.c)
  add_executable(${prefix}_selftest ${prefix}_selftest.c)
  set_property(TARGET ${prefix}_selftest PROPERTY C_STANDARD 11)
  target_link_libraries(${prefix}_selftest PRIVATE ${prefix})
  enable_testing()
  add_test(NAME ${prefix} COMMAND ${prefix}_selftest WORKING_DIRECTORY \${CMAKE_CURRENT_SOURCE_DIR})
endif()
`;
}
