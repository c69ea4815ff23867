# Puts files into the program: everything in knowledge/ and what is there of web/dist (nothing before
# the web interface has been built). A generated assembler file includes the bytes, so that a change
# of one file costs milliseconds.
set(embed_roots knowledge clinic/schema clinic/demo)
if(ENGRAM_WEB)
  list(APPEND embed_roots web/dist)
endif()

# Single files beside the folders.
set(embed_single serve/openapi.json)

set(embed_assembly ".section .rodata\n")
set(embed_declarations "")
set(embed_rows "")
set(embed_files "")
set(embed_index 0)
foreach(root ${embed_roots} ${embed_single})
  if(root IN_LIST embed_single)
    set(found ${root})
  else()
    file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/${root}/*)
    list(FILTER found EXCLUDE REGEX "/[.][^/]*$")
  endif()
  list(SORT found)
  foreach(path ${found})
    math(EXPR embed_index "${embed_index} + 1")
    set(symbol "eg_embedded_${embed_index}")
    string(APPEND embed_assembly
      ".global ${symbol}\n.balign 16\n${symbol}:\n.incbin \"${PROJECT_SOURCE_DIR}/${path}\"\n"
      ".global ${symbol}_end\n${symbol}_end:\n.byte 0\n")
    string(APPEND embed_declarations
      "extern const unsigned char ${symbol}[];\nextern const unsigned char ${symbol}_end[];\n")
    string(APPEND embed_rows "    {\"${path}\", ${symbol}, ${symbol}_end},\n")
    list(APPEND embed_files ${PROJECT_SOURCE_DIR}/${path})
  endforeach()
endforeach()
string(APPEND embed_assembly ".section .note.GNU-stack,\"\",%progbits\n")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/embedded.S CONTENT "${embed_assembly}" @ONLY)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/embedded.c CONTENT
"#include \"io/embed.h\"

${embed_declarations}
const eg_embedded eg_embedded_files[] = {
${embed_rows}    {0, 0, 0},
};
" @ONLY)
set_source_files_properties(${PROJECT_BINARY_DIR}/embedded.S PROPERTIES OBJECT_DEPENDS "${embed_files}")
add_library(engram_embedded STATIC ${PROJECT_BINARY_DIR}/embedded.c ${PROJECT_BINARY_DIR}/embedded.S)
target_include_directories(engram_embedded PRIVATE ${PROJECT_SOURCE_DIR})
