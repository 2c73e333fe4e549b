# Fits LibTorch to the packages beside it, for strata itself and for plugins; sets
# STRATA_TORCH_INCLUDES. Include it where Torch and fmt were found.
if(TORCH_CXX_FLAGS MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
  message(FATAL_ERROR "this LibTorch (${TORCH_LIBRARY}) was built for the old ABI of the C++ library, "
    "which the other packages do not have: take PyTorch 2.7 or newer, or a LibTorch named cxx11-abi")
endif()

# A PyTorch wheel holds the headers of an fmt of its own, and its folder is searched before the
# system's: the headers of the fmt that is linked go before them.
set(STRATA_TORCH_INCLUDES ${TORCH_INCLUDE_DIRS})
get_target_property(_fmt_headers fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
foreach(_folder ${TORCH_INCLUDE_DIRS})
  if(EXISTS ${_folder}/fmt AND NOT _folder IN_LIST _fmt_headers)
    list(GET _fmt_headers 0 _fmt_headers)
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/linked_fmt)
    file(CREATE_LINK ${_fmt_headers}/fmt ${PROJECT_BINARY_DIR}/linked_fmt/fmt SYMBOLIC)
    list(PREPEND STRATA_TORCH_INCLUDES ${PROJECT_BINARY_DIR}/linked_fmt)
    break()
  endif()
endforeach()
