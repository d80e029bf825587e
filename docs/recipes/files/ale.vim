" ~/.vim/ftdetect/cloudformation.vim
autocmd BufRead,BufNewFile */templates/*.yaml set filetype=yaml.cloudformation

" ~/.vim/ale_linters/cloudformation/lambda_race.vim
" ALE's own linter takes no options and lints a copy; this one takes options and lints
" the file itself once it is saved, so that baselines and local files are found.
call ale#linter#Define('cloudformation', {
\   'name': 'lambda_race',
\   'lint_file': 1,
\   'executable': 'cfn-lint',
\   'command': '%e --append-rules cfn_lint_lambda_race -x W9831:baseline_ref=HEAD --format parseable -- %s',
\   'callback': 'ale_linters#cloudformation#cfn_python_lint#Handle',
\})
