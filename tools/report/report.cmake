# The report's page, style and scripts, embedded in the command. Chart.js comes from the
# distribution (Debian: libjs-chart.js, version 3.9.1), or from where STRATA_CHART_JS says.
find_file(STRATA_CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js
  DOC "Chart.js 3, minified, for strata report" NO_DEFAULT_PATH)
if(NOT STRATA_CHART_JS)
  message(WARNING "Chart.js was not found: `strata report` will say so and write nothing. "
    "Install libjs-chart.js, or set STRATA_CHART_JS to its chart.min.js (version 3).")
  set(STRATA_CHART_JS_FILE "")
else()
  set(STRATA_CHART_JS_FILE ${STRATA_CHART_JS})
endif()

set(_folder ${CMAKE_CURRENT_LIST_DIR})
# In their order within the page.
set(_scripts base print charts curves bars details sections)
list(TRANSFORM _scripts PREPEND ${_folder}/)
list(TRANSFORM _scripts APPEND .js)
set(_files ${_folder}/page.html ${_folder}/style.css ${_scripts})
set(STRATA_REPORT_ASSETS ${PROJECT_BINARY_DIR}/report_assets.cpp)
add_custom_command(OUTPUT ${STRATA_REPORT_ASSETS}
  COMMAND ${CMAKE_COMMAND} -DFOLDER=${_folder} "-DSCRIPTS=${_scripts}" "-DCHARTS=${STRATA_CHART_JS_FILE}"
    -DOUTPUT=${STRATA_REPORT_ASSETS} -P ${_folder}/embed.cmake
  DEPENDS ${_files} ${_folder}/embed.cmake ${STRATA_CHART_JS_FILE} VERBATIM)
