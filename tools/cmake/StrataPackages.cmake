# The compiler's settings and the packages that strata is built from.

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# A LibTorch with CUDA enables the language itself, and then for these architectures: data-centre cards
# from the A100 on, and what comes after them by PTX.
if(NOT DEFINED TORCH_CUDA_ARCH_LIST AND NOT DEFINED ENV{TORCH_CUDA_ARCH_LIST})
  set(TORCH_CUDA_ARCH_LIST "8.0;9.0+PTX")
endif()
find_package(Torch REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(simdjson REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_path(UTF8PROC_INCLUDE_DIR utf8proc.h REQUIRED)
find_library(UTF8PROC_LIBRARY utf8proc REQUIRED)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)

# C++17, or what LibTorch asks for where that is more: 2.14 asks for C++20.
if(NOT CMAKE_CXX_STANDARD)
  set(CMAKE_CXX_STANDARD 17)
  get_target_property(_torch_standard torch CXX_STANDARD)
  if(_torch_standard GREATER 17)
    set(CMAKE_CXX_STANDARD ${_torch_standard})
  endif()
endif()
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})

# Warnings, sanitizers and link-time optimization for strata's own sources.
add_library(strata_options INTERFACE)
target_compile_options(strata_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-sign-conversion)
if(STRATA_WERROR)
  target_compile_options(strata_options INTERFACE -Werror)
endif()
if(STRATA_SANITIZE)
  target_compile_options(strata_options INTERFACE -fsanitize=${STRATA_SANITIZE}
    -fno-omit-frame-pointer -g)
  target_link_options(strata_options INTERFACE -fsanitize=${STRATA_SANITIZE})
endif()
if(STRATA_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  # Two types of one name in one process: seen only where all of it is linked together.
  target_link_options(strata_options INTERFACE -Werror=odr)
endif()

# LibTorch, with its headers as system headers (they do not pass our warnings).
include(StrataTorch)
add_library(strata_torch INTERFACE)
target_include_directories(strata_torch SYSTEM INTERFACE ${STRATA_TORCH_INCLUDES})
target_compile_definitions(strata_torch INTERFACE AT_PER_OPERATOR_HEADERS)
target_link_libraries(strata_torch INTERFACE "${TORCH_LIBRARIES}" OpenMP::OpenMP_CXX)
separate_arguments(_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
target_compile_options(strata_torch INTERFACE ${_torch_flags})

include(StrataOneDnn)
include(StrataCuda)

message(STATUS "strata ${PROJECT_VERSION}, LibTorch ${Torch_VERSION}, oneDNN: ${STRATA_ONEDNN}, "
  "CUDA kernels: ${STRATA_NVCC}, LibTorch with CUDA: ${STRATA_TORCH_CUDA}")
