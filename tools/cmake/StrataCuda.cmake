# CUDA, for strata itself and for plugins. The kernels (*.cu, without LibTorch) compile wherever nvcc is
# found; they are linked, and their launchers (*_cuda.cpp) compiled, only where LibTorch itself has
# CUDA. Sets STRATA_NVCC and STRATA_TORCH_CUDA. Include it at file scope: it enables a language.
set(STRATA_NVCC OFF)
set(STRATA_TORCH_CUDA OFF)
if(NOT STRATA_CUDA STREQUAL "OFF")
  include(CheckLanguage)
  if(NOT CMAKE_CUDA_COMPILER)
    find_program(_nvcc nvcc PATHS /usr/local/cuda/bin)
    if(_nvcc)
      set(CMAKE_CUDA_COMPILER ${_nvcc})
    endif()
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES 80 90)
    endif()
    set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)  # as LibTorch does
    enable_language(CUDA)
    # nvcc's own host compiler may be an older GCC than the one that links.
    list(FILTER CMAKE_CUDA_IMPLICIT_LINK_DIRECTORIES EXCLUDE REGEX "/gcc/")
    set(CMAKE_CUDA_STANDARD 17)
    find_package(CUDAToolkit REQUIRED)
    set(STRATA_NVCC ON)
    if(TARGET torch_cuda)
      set(STRATA_TORCH_CUDA ON)
      if(TARGET strata_torch)  # its CUDA headers include the toolkit's
        target_link_libraries(strata_torch INTERFACE CUDA::cudart)
      endif()
    endif()
  elseif(STRATA_CUDA STREQUAL "ON")
    message(FATAL_ERROR "STRATA_CUDA=ON, but no nvcc was found")
  endif()
endif()

# Leaves out the launchers (*_cuda.cpp) where LibTorch has no CUDA.
function(strata_split_cuda variable)
  if(NOT STRATA_TORCH_CUDA)
    list(FILTER ${variable} EXCLUDE REGEX "_cuda\\.cpp$")
    set(${variable} "${${variable}}" PARENT_SCOPE)
  endif()
endfunction()

# An object library strata_<name>_kernels of .cu files, compiled wherever nvcc is found.
function(strata_cuda_kernels name headers)
  if(STRATA_NVCC AND ARGN)
    add_library(strata_${name}_kernels OBJECT ${ARGN})
    target_link_libraries(strata_${name}_kernels PRIVATE ${headers} CUDA::cudart)
  endif()
endfunction()
