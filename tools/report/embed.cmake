# Writes OUTPUT, a C++ file that holds the report's files as bytes. Run by report.cmake.
function(bytes_of name)
  set(all "")
  foreach(file ${ARGN})
    file(READ ${file} hex HEX)
    string(APPEND all "${hex}")
  endforeach()
  string(LENGTH "${all}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," all "${all}")
  set(code "${code}constexpr unsigned char ${name}[] = {${all}0};\n" PARENT_SCOPE)
  set(${name}_size ${size} PARENT_SCOPE)
endfunction()

set(code "// Made by tools/report/embed.cmake.\n#include \"report_assets.hpp\"\n\nnamespace {\n\n")
bytes_of(page ${FOLDER}/page.html)
bytes_of(style ${FOLDER}/style.css)
bytes_of(charts ${CHARTS})
bytes_of(script ${SCRIPTS})
string(APPEND code "\nstd::string_view text(const unsigned char* bytes, size_t size) {\n"
  "  return {reinterpret_cast<const char*>(bytes), size};\n}\n\n}  // namespace\n\n"
  "namespace strata {\n\nReportAssets report_assets() {\n"
  "  return {text(page, ${page_size}), text(style, ${style_size}), text(charts, ${charts_size}),\n"
  "          text(script, ${script_size})};\n}\n\n}  // namespace strata\n")
file(WRITE ${OUTPUT} "${code}")
