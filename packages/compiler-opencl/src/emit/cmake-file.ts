import type { OpenclPlan } from '../contract.js';

/** Builds a static library, and the self-test where its file is there. */
export const cmakeFile = ({ prefix }: OpenclPlan): string => `cmake_minimum_required(VERSION 3.13)
project(${prefix} C)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# On a phone: -DOpenCL_INCLUDE_DIR=headers -DOpenCL_LIBRARY=libOpenCL.so, pulled from the device.
find_package(OpenCL REQUIRED)
add_library(${prefix} STATIC ${prefix}.c ${prefix}_kernels.c)
set_property(TARGET ${prefix} PROPERTY C_STANDARD 11)
target_include_directories(${prefix} PUBLIC \${CMAKE_CURRENT_SOURCE_DIR})
target_compile_options(${prefix} PRIVATE -O2 -Wall -Wextra)
target_link_libraries(${prefix} PUBLIC OpenCL::OpenCL)
if(EXISTS \${CMAKE_CURRENT_SOURCE_DIR}/${prefix}_selftest.c)
  add_executable(${prefix}_selftest ${prefix}_selftest.c)
  set_property(TARGET ${prefix}_selftest PROPERTY C_STANDARD 11)
  target_link_libraries(${prefix}_selftest PRIVATE ${prefix} m)
  enable_testing()
  add_test(NAME ${prefix} COMMAND ${prefix}_selftest WORKING_DIRECTORY \${CMAKE_CURRENT_SOURCE_DIR})
endif()
`;
